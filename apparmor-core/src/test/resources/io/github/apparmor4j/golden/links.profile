profile links {
  link /a -> /b,
  link subset /c -> /d/*,
  l subset /e -> /f,
  /g l -> /h,
  l /i -> /j,
  audit deny owner link /k -> /l,
  link "/m n" -> "/o p",
  link @{HOME}/q -> @{HOME}/r,
}
