$x = true
profile order {
  hat h { link /a -> /b, /c r, capability kill, }
  if $x { /d r, network, }
  deny { /e r, signal, }
  include <local/order>
  # of the file
  /f r, # on its line

  # stands apart
  change_profile -> x,
  io_uring,
  userns,
  pivot_root,
  umount,
  mount,
  ptrace,
  signal,
  dbus,
  mqueue,
  unix,
  network inet,
  /g r,
  link /h -> /i,

  network inet6,
  capability chown,
  all,
  abi <abi/4.0>,
  include <abstractions/base>
  include "local/other"
  # of nothing
}
