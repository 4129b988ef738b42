web { /a r, }
"web" { /b r, }
profile :ns: { /c r, }
profile d e { /d r, }
profile f flags=() { /f r, }
profile g flags=(complian) { /g r, }
profile h flags=(complain, kill) { /h r, }
profile i flags=complain { /i r, }
profile fine { /j r, }
}
profile also-fine { /k r, }
