alias /home/ -> /mnt/home/,
$on = true
@{n} = 3

profile other /usr/bin/other {
  set rlimit nofile <= 1024,
  set rlimit as <= 2GB,
  set rlimit cpu <= 2 min,
  set rlimit nice <= -5,
  set rlimit core <= infinity,
  set rlimit nofile <= 2048,

  unix,
  unix (create, bind) type=stream addr=@foo*,
  unix (send receive) type=dgram peer=(addr=none label=x*),
  deny unix (connect) addr=@bar,
  userns create,
  priority=3 deny userns,
  io_uring (sqpoll),
  io_uring override_creds label=foo,
  mqueue (create, read) type=posix /q*,
  mqueue type=sysv 1234,
  dbus bus=session,
  dbus send bus=system path=/org/** interface=org.x member=Get* peer=(name=org.x label=y*),
  dbus bind bus=session name=org.y,
  dbus eavesdrop,

  change_profile -> web//*,
  change_profile /usr/bin/x* -> y,
  audit change_profile unsafe /usr/bin/z -> :ns:y,
  deny change_profile -> secret,

  /home/*/x r,
  link /home/a -> /home/b,
  if $on and @{n} < 5 {
    /a r,
  } else if defined @{x} {
    /b r,
  } else {
    /c r,
  }
  if not $on {
    /d r,
  }
  owner {
    /e rw,
    audit {
      /f w,
    }
  }
}

profile stacks {
  change_profile,
  change_profile /bin/sh,
  change_profile -> &x//&y,
}

profile everything {
  all,
}

profile mounts {
  mount -> /x/,
  umount /x/,
  pivot_root /x/,
  network stream ip=127.0.0.1,
  network peer=(label=x),
}
