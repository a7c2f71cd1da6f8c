-- A letter that holds an event goes back into its contact's inbox, behind what waits there, and is a letter no more.
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, place, entry id, contact, '1' = control
-- Returns 1, or 0 if there is no such letter (any more).
local p, id, contact = ARGV[3], ARGV[4], ARGV[5]
local entry = call('XRANGE', p .. DEAD, id, id)[1]
if not entry then return 0 end
local fields, ready = entry[2], {}
for i = 1, #fields, 2 do
  if fields[i] == 'blob' then put(ready, p, contact, ARGV[6] == '1' and CONTROL or INBOX, fields[i + 1]) end
end
call('XDEL', p .. DEAD, id)
if make_ready(ready) then tell(WAKE, ARGV[1], ARGV[2], {''}) end
return 1
