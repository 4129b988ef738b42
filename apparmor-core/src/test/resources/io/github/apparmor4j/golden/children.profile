profile parent {
  /a r,
  profile child {
    /b r,
    profile grandchild /bin/g {
      /c r,
    }
  }
  hat plain {
  }
  ^caret {
    /d r,
  }
  ^/path/name { /e r, }
  hat "with blank" { }
  profile "quoted child" "/bin/q r" flags=(complain) {
  }
  hat flagged flags=(complain, audit) { }
  /after r,
}
profile parent//outside {
  /f r,
}
