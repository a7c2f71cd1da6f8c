-- Leased rows were sent or are given up: they go, if the lease is still its holder's.
-- ARGV: now ms; then for each: place, account, lane, number of the row (8 bytes), tries, when the lane's next row is due in ms
--   ('' = now), contact, line for the journal ('' = none), where ('' = sent); and if it is given up: cause, blob, contact, at
--   (of the dead letter)
-- Returns a string with '1' (done) or '0' (the lease was lost) for each.
local due_now = stamp(ARGV[1])
local starts, lanes = {}, {}
local i = 2
while i < #ARGV do
  starts[#starts + 1] = i
  add(lanes, ARGV[i] .. FLYING .. ARGV[i + 1], ARGV[i + 2])
  i = i + (ARGV[i + 8] == '' and 9 or 13)
end
local flying = {}
for key, names in pairs(lanes) do
  local found = call('HMGET', key, unpack(names))
  flying[key] = {}
  for k, lane in ipairs(names) do flying[key][lane] = found[k] end
end

local verdict, emptied, ended, due, later = {}, {}, {}, {}, {}
for k, at in ipairs(starts) do
  local p, account, lane, next_at, where = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 5], ARGV[at + 8]
  local key = p .. FLYING .. account
  if held(flying[key][lane], ARGV[at + 3], ARGV[at + 4]) then
    verdict[k] = '1'
    flying[key][lane] = false
    add(ended, key, lane)
    local outbox = p .. OUTBOX .. account .. ' ' .. lane
    if call('LLEN', outbox) == 1 then
      emptied[#emptied + 1] = outbox
    else
      call('LTRIM', outbox, '1', '-1')
      if next_at == '' then
        add(due, p .. DUE .. account, due_now .. lane)
      else
        add(later, p .. MAIL .. account, next_at, lane)
      end
    end
    if ARGV[at + 7] ~= '' then call('XADD', p .. JOURNAL, '*', 'c', ARGV[at + 6], 'l', ARGV[at + 7]) end
    if where ~= '' then bury(p, where, unpack(ARGV, at + 9, at + 12)) end
  else
    verdict[k] = '0'
  end
end
bulk(emptied, 'DEL')
for key, names in pairs(ended) do bulk(names, 'HDEL', key) end
for key, members in pairs(due) do bulk(members, 'RPUSH', key) end
for key, members in pairs(later) do bulk(members, 'ZADD', key) end
return table.concat(verdict)
