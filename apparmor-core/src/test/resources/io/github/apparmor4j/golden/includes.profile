abi <abi/4.0>,
abi "local.abi",
abi <abi/3.0> ,
include <tunables/global>
#include <tunables/old>
include "relative"
include "with blank"
include /absolute/path
include if exists <tunables/maybe>
#include if exists "local/maybe"
include < spaced >
include <"quoted">

profile includes {
  include <abstractions/base>
  #include <abstractions/nameservice>
  abi <abi/4.0>,
  /a r,
  include if exists <local/includes>
  include "relative/too" # why
}
