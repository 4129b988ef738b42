
# SPDX-License-Identifier: MIT

abi <abi/4.0>,
include <tunables/global>
@{x} = a
include <tunables/other>
@{y} = b
$z = true


@{w} = c
alias /a -> /b,
@{v} = d

# the first
profile a { }
# the second
profile b { }

profile c { }
