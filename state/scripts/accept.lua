-- Put events into inboxes, each once.
-- ARGV: seconds to remember an update; then for each event: place, contact, update id ('' = no check), '1' = control, blob
-- Returns a string with '1' (new) or '0' (seen before) for each.
local ttl = ARGV[1]
local verdict = {}
for i = 2, #ARGV, 5 do
  local p, contact, update, blob = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 4]
  if update == '' or call('SET', p .. SEEN .. update, '', 'NX', 'EX', ttl) then
    if ARGV[i + 3] == '1' then
      put(p, contact, CONTROL, INBOX, blob)
    else
      put(p, contact, INBOX, CONTROL, blob)
    end
    verdict[#verdict + 1] = '1'
  else
    verdict[#verdict + 1] = '0'
  end
end
return table.concat(verdict)
