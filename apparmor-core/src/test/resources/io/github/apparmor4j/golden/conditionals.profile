$debug = true
${quiet}=not $debug
$both ?= $debug and ($quiet or false)
$ALSO := defined @{v} and defined $debug
@{v} = 1 2
profile conditionals {
  if $debug {
    /a r,
  }
  if not $debug { /b r, } else { /c r, }
  if @{v} == 1 { /d r, } else if @{v} != "2" { /e r, }
  else if @{v} in @{w} {
    /f r,
  } # before else
  else {
    /g r,
  }
  if defined @{v} and (${debug} or not defined $quiet) {
    if 3 >= 2 { /h r, }
  }
  if (($debug)) { }
  if not ($debug and $quiet) { /i r, }
  if TRUE { /j r, } else if @v < 10 { /k r, }
}
