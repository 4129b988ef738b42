@{A}=/a
@{B} = /b /c
@{B} += "/d e" /f
@{C} ?= x
@{D} := ""
@E = bare
@{LONG} = one \
          two \
  three
@{HASH} = a#b "#c" # comment
@{COMMA} = a,b "c, d"
@{NESTED} = @{A}/@{B}
@{BRACES} = {a,b} [cd]*
@{ESCAPED} = a\ b \"q\" "\""
profile variables { @{A}/@{B} r, }
