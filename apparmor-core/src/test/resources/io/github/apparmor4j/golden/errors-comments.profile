# first
alias /a /b, # of what can't be read
profile comments # in the header
{
  /a r, # of a rule
  /broken zz, # of another that can't be read
  # on a line of its own
  /broken zz, # of a third
  /b r, # of the last
}
# after it
$late = true # of what comes too late
