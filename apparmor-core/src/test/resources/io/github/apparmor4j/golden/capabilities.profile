profile capabilities {
  capability,
  capability kill,
  capability sys_admin chown kill chown,
  audit capability net_raw,
  deny capability sys_module
    sys_rawio,
}
