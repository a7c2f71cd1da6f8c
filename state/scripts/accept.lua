-- Put events into inboxes, each once.
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, seconds to remember an update; then for
--   each event: place, contact, update id ('' = no check), '1' = control, blob
-- Returns a string with '1' (new) or '0' (seen before) for each.
local ttl = ARGV[3]
local verdict, ready = {}, {}
for i = 4, #ARGV, 5 do
  local p, update = ARGV[i], ARGV[i + 2]
  if update == '' or call('SET', p .. SEEN .. update, '', 'NX', 'EX', ttl) then
    put(ready, p, ARGV[i + 1], ARGV[i + 3] == '1' and CONTROL or INBOX, ARGV[i + 4])
    verdict[#verdict + 1] = '1'
  else
    verdict[#verdict + 1] = '0'
  end
end
if make_ready(ready) then tell(WAKE, ARGV[1], ARGV[2], {''}) end
return table.concat(verdict)
