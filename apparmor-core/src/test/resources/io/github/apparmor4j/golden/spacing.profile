profile  spacing	{/a r, /b   w,	/c	r	,


  /d
   r,



/e r, deny	{/f r,
}	/g r,
  network(create)inet, signal  (  send , receive )  set = ( term )  peer = a ,
 capability kill, network, hat  h {/h r,}}   



profile next {}profile last { }   
   