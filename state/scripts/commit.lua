-- Write what turns changed; for each contact all of it, or nothing if somebody else was faster.
-- ARGV: origin (the process, for the wake-up), now in ms; then for each commit:
--   place, contact, ready entry, expected version (8 bytes, '' = never seen), header and session,
--   control events handled, events handled, six counts (4 bytes each), number of arguments that follow;
--   for each lane: account, lane, n, n rows;
--   due in ms, timer for each timer to arm; each timer to cancel; ('l', line) for each line of the journal;
--   each recent line; where, cause, blob, contact, at for each dead letter
-- Returns a string with '1' (written) or '0' (fenced) for each.
local origin, now = ARGV[1], ARGV[2]
local i = 2
local function args(n)
  local first = i + 1
  i = i + n
  return unpack(ARGV, first, i)
end

local PIECE = 1000 -- Lua's stack bears some thousands of values

-- `n` arguments go behind `command key …`, in as many commands as it takes.
local function each(n, ...)
  while n > PIECE do
    local head = {...}
    for k = 1, PIECE do head[#head + 1] = ARGV[i + k] end
    i = i + PIECE
    n = n - PIECE
    call(unpack(head))
  end
  return n
end

local woken, accounts = {}, {}
local function wake(p, account)
  if not woken[account] then
    woken[account] = {}
    accounts[#accounts + 1] = account
  end
  if not woken[account][p] then
    woken[account][p] = true
    call('SADD', p .. ACCOUNTS, account)
  end
end

local function write(p, contact, session, controls, events, counts)
  call('SET', p .. SESSION .. contact, session)
  if controls ~= '0' then call('LTRIM', p .. CONTROL .. contact, controls, -1) end
  if events ~= '0' then call('LTRIM', p .. INBOX .. contact, events, -1) end
  local lanes, armed, cancelled, lines, recent, letters = struct.unpack('>I4I4I4I4I4I4', counts)
  for _ = 1, lanes do
    local account, lane, rows = args(3)
    if call('RPUSH', p .. OUTBOX .. account .. ' ' .. lane, args(rows)) == tonumber(rows) then
      call('ZADD', p .. MAIL .. account, now, lane)
      wake(p, account)
    end
  end
  if armed > 0 then call('ZADD', p .. TIMERS, args(2 * armed)) end
  if cancelled > 0 then call('ZREM', p .. TIMERS, args(cancelled)) end
  if lines > 0 then
    lines = each(2 * lines, 'XADD', p .. JOURNAL, '*', 'c', contact)
    call('XADD', p .. JOURNAL, '*', 'c', contact, args(lines))
  end
  if recent > 0 then
    local list = p .. RECENT .. contact
    local length = call('RPUSH', list, args(recent))
    if length > 2 * RECENT_LINES then call('LTRIM', list, -RECENT_LINES, -1) end
    if call('TTL', list) < RECENT_TTL_S then call('EXPIRE', list, RECENT_TTL_S + RECENT_SLACK_S) end
  end
  for _ = 1, letters do bury(p, args(5)) end
  ready_again(p, contact)
end

local verdict, done = {}, {}
while i < #ARGV do
  local p, contact, id, expected, session, controls, events, counts, rest = args(9)
  if call('GETRANGE', p .. SESSION .. contact, 0, 7) ~= expected then
    i = i + rest
    verdict[#verdict + 1] = '0'
  else
    write(p, contact, session, controls, events, counts)
    done[p] = done[p] or {}
    table.insert(done[p], id)
    verdict[#verdict + 1] = '1'
  end
end
for p, ids in pairs(done) do
  call('XACK', p .. READY, GROUP, unpack(ids))
  call('XDEL', p .. READY, unpack(ids))
end
if #accounts > 0 then
  call('PUBLISH', WAKE, origin .. '\n' .. table.concat(accounts, '\n'))
end
return table.concat(verdict)
