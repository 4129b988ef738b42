profile qualifiers {
  audit /a r,
  allow /b r,
  deny /c r,
  prompt /d r,
  audit allow /e r,
  audit deny owner /f rw,
  priority=5 /g r,
  priority = -1000 deny /h r,
  priority=1000 audit deny other /i r,
  priority=0 /j r,
  priority=3 capability kill,
  audit deny capability sys_ptrace,
  allow signal,
  owner link /k -> /l,
  audit	deny
    network inet,
}
