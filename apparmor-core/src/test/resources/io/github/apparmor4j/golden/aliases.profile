alias /usr/ -> /mnt/usr/,
rewrite /home/ -> /srv/home/,
alias "/with blank/" -> /without/,
alias @{ROOT}/x -> /y ,
# of the next
alias /a -> /b, # on the line

profile aliases { /usr/bin/x r, }
