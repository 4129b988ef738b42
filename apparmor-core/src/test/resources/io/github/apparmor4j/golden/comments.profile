# first line
#second, without a blank
#
include <tunables/x> # on the line
# before a variable
@{A} = b # after it

# before the profile
profile comments /bin/c # in the header
  flags=(complain) { # on the header's line
  # before a rule
  /a r, # on its line
  # before another
  # in two lines
  /b r,
  /c # inside a rule
    r,
  capability kill # after the capability
    chown, # after the comma
  /d r, /e r, # of the second
  #   indented   
  deny { # of the block
    /f r, # inside
  } # after the block
  hat h { } # after a hat
  # last
} # after the profile
# at the end
# without a line feed