profile blocks {
  deny {
    /a r,
    audit /b r,
    owner {
      /c r,
    }
  }
  audit owner { /d r, /e w, }
  { /f r, }
  prompt {}
  deny { # why
    # before
    network,
    capability kill, # on the line
    include <abstractions/x>
    # last
  }
}
