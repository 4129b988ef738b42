profile unknown {
  frobnicate (a b) /x,
  capabilty kill,
  newrule a=b
    c=d,
  owner newer /y,
  /a r, # kept
  commented # no rule
    x,
}
