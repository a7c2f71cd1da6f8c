-- A letter that holds an event goes back into its contact's inbox, behind what waits there, and is a letter no more.
-- ARGV: place, entry id, contact, '1' = control
-- Returns 1, or 0 if there is no such letter (any more).
local p, id, contact = ARGV[1], ARGV[2], ARGV[3]
local entry = call('XRANGE', p .. DEAD, id, id)[1]
if not entry then return 0 end
local fields = entry[2]
for i = 1, #fields, 2 do
  if fields[i] == 'blob' then
    if ARGV[4] == '1' then
      put(p, contact, CONTROL, INBOX, fields[i + 1])
    else
      put(p, contact, INBOX, CONTROL, fields[i + 1])
    end
  end
end
call('XDEL', p .. DEAD, id)
return 1
