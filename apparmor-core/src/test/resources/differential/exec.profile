# Which exec rule wins: exact before pattern, priority before both, m with ix unless denied.
profile exec {
  /** r,
  /usr/bin/* px,
  /usr/bin/a Cx -> kid,
  priority=1 /opt/* ux,
  /opt/b Px,
  /opt/c pix -> other,
  owner /home/*/bin/* Ux,
  other /home/*/bin/* cux,
  deny /srv/m m,
  /srv/m ix,
  priority=-1 /low rw,
  deny /low w,
  audit deny /loud r,
  audit /watched px,
  deny /never x,
  /never ix,
  unsafe /unsafe/Px Px,
  safe /safe/px px,
  file unsafe /unsafe/ix ix,
  profile kid { /x rl, /y rl -> /z, }
}
