profile unclosed {
  /a r,
  "/b r,
  /c r,
  hat h {
    /d r,
