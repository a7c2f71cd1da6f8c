-- Lease the heads of lanes that are due, the one due longest first.
-- ARGV: account, now ms, lease ms, how many, how many to look at in one partition, interval of one message to one person
--   in ms (0 = no limit), burst; then the partitions to look at
-- Returns {when the next is due in ms or '', {lane, times leased, due in ms, row}, …}.
local account, now, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, quota = tonumber(ARGV[4]), tonumber(ARGV[5])
local interval, burst = tonumber(ARGV[6]), tonumber(ARGV[7])

local next_due
local function not_before(due)
  if not next_due or due < next_due then next_due = due end
end

local pause = tonumber(call('GET', of(ARGV[8], PAUSE, account)) or 0)
if pause > now then
  return {string.format('%.0f', pause)}
end

-- due lanes of one partition from the `skip`th on; true if there may be more
local due_lanes = {}
local function look(p, skip, count)
  local found = call('ZRANGE', of(p, MAIL, account), skip, skip + count - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    local due = tonumber(found[i + 1])
    if due > now then
      not_before(due)
      return false
    end
    due_lanes[#due_lanes + 1] = {p, found[i], due}
  end
  return #found == 2 * count
end

local more = {}
for i = 8, #ARGV do
  if look(ARGV[i], 0, quota) then more[#more + 1] = ARGV[i] end
end
for k, p in ipairs(more) do
  if #due_lanes < limit then more[k] = look(p, quota, limit) end
  if more[k] then not_before(now) end
end
if #due_lanes > limit then
  table.sort(due_lanes, function(a, b) return a[3] < b[3] end)
  not_before(due_lanes[limit + 1][3])
end

-- The first row that may still be said; rows of the bot that an operator overtook go.
local function head(p, lane)
  local outbox = of(p, OUTBOX, account .. ' ' .. lane)
  local row = call('LINDEX', outbox, 0)
  while row and stale(p, row) do
    call('LPOP', outbox)
    call('HDEL', of(p, HELD, account), lane)
    journal_drop(p, row, lane, now, 'taken over')
    row = call('LINDEX', outbox, 0)
  end
  return row
end

-- A token bucket, kept as the time when it is full again (GCRA). Returns when the person may be written to, or nothing: now.
local function paced(p, lane)
  if interval == 0 then return end
  local key = of(p, PACE, account .. ' ' .. lane)
  local full = tonumber(call('GET', key) or 0)
  if full < now then full = now end
  local allowed = full - interval * (burst - 1)
  if allowed > now then return allowed end
  full = full + interval
  call('SET', key, string.format('%.0f', full), 'PX', string.format('%.0f', full - now + 1))
end

local out = {''}
local lease_ends = now + lease_ms
for i = 1, math.min(limit, #due_lanes) do
  local p, lane, due = due_lanes[i][1], due_lanes[i][2], due_lanes[i][3]
  local row = head(p, lane)
  local wait = row and paced(p, lane)
  if not row then
    call('ZREM', of(p, MAIL, account), lane)
  elseif wait then
    call('ZADD', of(p, MAIL, account), math.ceil(wait), lane)
    not_before(math.ceil(wait))
  else
    call('ZADD', of(p, MAIL, account), lease_ends, lane)
    local times = call('HINCRBY', of(p, HELD, account), lane, 1)
    out[#out + 1] = {lane, times, due, row}
    not_before(lease_ends)
  end
end
if next_due then out[1] = string.format('%.0f', next_due) end
return out
