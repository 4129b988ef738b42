profile bytes {
  /cafÃ© r,
  /café r, # ÿ
  "/a Ã" r,
  /ğŸ§ r,
}
