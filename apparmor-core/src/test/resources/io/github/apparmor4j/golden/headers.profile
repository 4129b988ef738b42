/bin/a {
}
/bin/b (complain) {
}
/bin/c* flags=(audit,complain) {
}
"/bin/d e" {
}
profile f {
}
profile g /bin/g{,x} {
}
profile "h i" "/bin/h i" {
}
profile :ns:j {
}
:ns:/bin/k {
}
profile l @{bin}/l {
}
profile m /bin/{m,n} xattrs=(user.tag=a* security.x="b,c" user.any) flags=( attach_disconnected mediate_deleted ) {
}
profile o flags=(attach_disconnected.path=/x, attach_disconnected.ipc=/y, kill, kill.signal=term, error=EPERM) {
}
profile p +identities=(alice "/a b") {
}
profile q flags=(complain) {
}
profile r,s {
}
profile t//u {
}
profile v\"w {
}
