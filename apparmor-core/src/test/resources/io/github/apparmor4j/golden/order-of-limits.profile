$x = true
profile sorted {
  /a r,
  set rlimit as <= 1,
  capability kill,
  set rlimit nofile <= 2,
}
profile sorted-too {
  include <x>
  /a r,
  set rlimit as <= 1,
  capability kill,
}
profile before-an-include {
  /a r,
  set rlimit as <= 1,
  include <x>
  capability kill,
}
profile after-a-conditional {
  /a r,
  if $x { set rlimit as <= 1, } else { /c r, }
  { include <x> }
  set rlimit as <= 2,
  capability kill,
  hat h { /b r, network, }
}
