profile change {
  change_profile,
  change_profile -> web,
  change_profile -> :ns:web,
  change_profile -> "web (old)",
  change_profile -> a//{b,c},
  change_profile -> &stacked,
  change_profile /bin/sh,
  change_profile /bin/sh -> web,
  change_profile safe /bin/bash -> web,
  change_profile unsafe /bin/dash -> web,
  change_profile "/opt/a b" -> web,
  audit deny change_profile -> unconfined,
}
