abi <abi/4.0>
include <a>,
include <b
@{a-b} = c
@{d} = e, f
@{g} =
$h = maybe
alias /i /j,
include if <k>
@{fine} = l
profile m { }
@{late} = n
