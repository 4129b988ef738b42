profile errors {
  /a r
  /b r,
  /c rpxux,
  capability kil,
  network inet tpc,
  deny audit /d r,
  priority=2000 /e r,
  unsafe /f r,
  link /g,
  "h" r,
  /i!j r,
  /k x,
  dbus bus=a bus=b,
  dbus send pth=/a,
  set rlimit as <= 5 KBs,
  network inet port=ssh,
  if @{a} { }
  lix /a -> /b,
  signal set=(trem),
  mount options=(or),
  /fine r,
}
