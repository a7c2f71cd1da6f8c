-- Write what turns changed; for each contact all of it, or nothing if somebody else was faster.
-- ARGV: origin (the process, for the wake-up), now in ms; then for each commit:
--   partition, contact, ready entry, expected version (8 bytes, '' = never seen), header and session,
--   control events handled, events handled,
--   n, n × (account, lane, row), n, n × (timer, due in ms), n, n × timer to cancel,
--   n, n × journal line, n, n × recent line, n, n × (where, cause, blob, contact, at)
-- Returns a string with '1' (written) or '0' (fenced) for each.
local origin, now = ARGV[1], ARGV[2]
local i = 2
local function take()
  i = i + 1
  return ARGV[i]
end

local PIECE = 500
local woken, accounts, known = {}, {}, {}
local function post(p, account, lane, row)
  if call('RPUSH', of(p, OUTBOX, account .. ' ' .. lane), row) == 1 then
    call('ZADD', of(p, MAIL, account), now, lane)
    if not woken[account] then
      woken[account] = true
      accounts[#accounts + 1] = account
    end
    if not known[p .. account] then
      known[p .. account] = true
      call('SADD', at(p, ACCOUNTS), account)
    end
  end
end

local function fenced(p, contact, expected)
  return call('GETRANGE', of(p, SESSION, contact), 0, 7) ~= expected
end

local function skip()
  for _, width in ipairs({3, 2, 1, 1, 1, 5}) do
    local n = tonumber(take())
    i = i + n * width
  end
end

local function write(p, contact, id, session, controls, events)
  call('SET', of(p, SESSION, contact), session)
  if controls ~= '0' then call('LTRIM', of(p, CONTROL, contact), controls, -1) end
  if events ~= '0' then call('LTRIM', of(p, INBOX, contact), events, -1) end
  for _ = 1, tonumber(take()) do
    local account, lane, row = take(), take(), take()
    post(p, account, lane, row)
  end
  for _ = 1, tonumber(take()) do
    local timer, due = take(), take()
    call('ZADD', at(p, TIMERS), due, contact .. '|' .. timer)
  end
  for _ = 1, tonumber(take()) do
    call('ZREM', at(p, TIMERS), contact .. '|' .. take())
  end
  local lines = tonumber(take())
  while lines > 0 do -- in pieces: Lua's stack bears some thousands of arguments
    local entry = {'XADD', at(p, JOURNAL), '*', 'c', contact}
    for _ = 1, math.min(lines, PIECE) do
      entry[#entry + 1] = 'l'
      entry[#entry + 1] = take()
    end
    call(unpack(entry))
    lines = lines - PIECE
  end
  local recent = tonumber(take())
  if recent > 0 then
    local list = of(p, RECENT, contact)
    for _ = 1, recent do call('RPUSH', list, take()) end
    call('LTRIM', list, -RECENT_LINES, -1)
    call('EXPIRE', list, RECENT_TTL_S)
  end
  for _ = 1, tonumber(take()) do
    local where, cause, blob, whose, seconds = take(), take(), take(), take(), take()
    bury(p, where, cause, blob, whose, seconds)
  end
  release(p, contact, id)
end

local verdict = {}
while i < #ARGV do
  local p, contact, id, expected, session = take(), take(), take(), take(), take()
  local controls, events = take(), take()
  if fenced(p, contact, expected) then
    skip()
    verdict[#verdict + 1] = '0'
  else
    write(p, contact, id, session, controls, events)
    verdict[#verdict + 1] = '1'
  end
end
if #accounts > 0 then
  call('PUBLISH', WAKE, origin .. '\n' .. table.concat(accounts, '\n'))
end
return table.concat(verdict)
