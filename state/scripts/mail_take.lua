-- Lease the heads of lanes that are due, the one due longest first.
-- ARGV: account, now ms, lease ms, how many, how many to look at in one partition, interval of one message to one person
--   in ms (0 = no limit), burst, '1' = look for leases that ran out, too; then the places to look at
-- Returns when the next is due in ms or '', when the first lease ends in ms or '' (if it looked); then lane, tries, due in ms,
-- row for each.
local account, now, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, quota = tonumber(ARGV[4]), tonumber(ARGV[5])
local interval, burst = tonumber(ARGV[6]), tonumber(ARGV[7])

local next_due, first_end
local function not_before(due)
  if not next_due or due < next_due then next_due = due end
end

local function told(ms)
  return ms and string.format('%.0f', ms) or ''
end

local pause = tonumber(call('GET', ARGV[9] .. PAUSE .. account) or 0)
if pause > now then return {told(pause), ''} end

-- Lanes that are due: {place, lane, since when, where it is kept}.
local found = {}
local function look_for_lost(p)
  local flying = call('HGETALL', p .. FLYING .. account)
  for i = 1, #flying, 2 do
    local ends = stamp_of(flying[i + 1])
    if ends <= now then
      found[#found + 1] = {p, flying[i], ends, FLYING}
    else
      first_end = math.min(first_end or ends, ends)
    end
  end
end

local function look_at_the_clock(p)
  local waiting = call('ZRANGE', p .. MAIL .. account, '0', tostring(limit), 'WITHSCORES')
  for i = 1, #waiting, 2 do
    local due = tonumber(waiting[i + 1])
    if due > now then return not_before(due) end
    found[#found + 1] = {p, waiting[i], due, MAIL}
  end
end

local latest = {} -- clocks differ: a later member of DUE counts as no older than those before it
local function look(p, skip, count)
  local members = call('LRANGE', p .. DUE .. account, tostring(skip), tostring(skip + count - 1))
  for _, member in ipairs(members) do
    latest[p] = math.max(latest[p] or 0, stamp_of(member))
    found[#found + 1] = {p, string.sub(member, STAMP + 1), latest[p], DUE}
  end
  return #members == count
end

local more = {}
for i = 9, #ARGV do
  local p = ARGV[i]
  if ARGV[8] == '1' then look_for_lost(p) end
  look_at_the_clock(p)
  if look(p, 0, quota) then more[#more + 1] = p end
end
for _, p in ipairs(more) do
  if #found >= limit or look(p, quota, limit) then not_before(now) end
end
if #found > limit then
  for k, each in ipairs(found) do each[5] = k end
  table.sort(found, function(a, b) return a[3] < b[3] or a[3] == b[3] and a[5] < b[5] end)
  not_before(now)
end

-- They leave where they are kept.
local lanes, lost, waited, due_gone = {}, {}, {}, {}
for i = 1, math.min(limit, #found) do
  local p, lane, kind = found[i][1], found[i][2], found[i][4]
  lanes[i] = found[i]
  if kind == DUE then
    due_gone[p] = (due_gone[p] or 0) + 1
  else
    add(kind == FLYING and lost or waited, p .. kind .. account, lane)
  end
end
for key, names in pairs(lost) do bulk(names, 'HDEL', key) end
for key, names in pairs(waited) do bulk(names, 'ZREM', key) end
for p, n in pairs(due_gone) do call('LTRIM', p .. DUE .. account, tostring(n), '-1') end

-- Their heads, their contacts' sessions, and where there is a pace, when each person's bucket is full again.
local rows, sessions, paces = {}, {}, {}
for i, each in ipairs(lanes) do
  local p, lane = each[1], each[2]
  rows[i] = call('LINDEX', p .. OUTBOX .. account .. ' ' .. lane, '0')
  sessions[i] = p .. SESSION .. (rows[i] and contact_of(rows[i]) or '')
  if interval > 0 then paces[i] = p .. PACE .. account .. ' ' .. lane end
end
local stored, full_at = fetch(sessions), fetch(paces)

-- The first row that may still be said: rows that an operator overtook go.
local function head(i)
  local p, lane = lanes[i][1], lanes[i][2]
  local outbox = p .. OUTBOX .. account .. ' ' .. lane
  local row = rows[i]
  if row and lanes[i][4] == FLYING then
    tried(outbox, row)
    row = call('LINDEX', outbox, '0')
  end
  while row and overtaken(row, stored[i]) do
    call('LPOP', outbox)
    journal_drop(p, row, lane, now, tries_of(row) > 0 and 'taken over while it was being sent' or 'taken over')
    row = call('LINDEX', outbox, '0')
  end
  return row
end

-- A token bucket, kept as the time when it is full again (GCRA). Returns when the person may be written to, or nothing: now.
local function paced(i)
  if interval == 0 then return end
  local full = math.max(now, tonumber(full_at[i] or 0))
  local allowed = math.ceil(full - interval * (burst - 1))
  if allowed > now then return allowed end
  full = full + interval
  call('SET', paces[i], string.format('%.0f', full), 'PX', string.format('%.0f', full - now + 1))
end

local out, leased, later = {'', ''}, {}, {}
for i, each in ipairs(lanes) do
  local p, lane = each[1], each[2]
  local row = head(i)
  local wait = row and paced(i)
  if wait then
    add(later, p .. MAIL .. account, told(wait), lane)
    not_before(wait)
  elseif row then
    local tries = tries_of(row)
    add(leased, p .. FLYING .. account, lane, flight(now + lease_ms, string.sub(row, 1, 8), tries))
    local n = #out
    out[n + 1], out[n + 2], out[n + 3], out[n + 4] = lane, tries, each[3], row
    not_before(now + lease_ms)
  end
end
for key, members in pairs(later) do bulk(members, 'ZADD', key) end
for key, members in pairs(leased) do bulk(members, 'HSET', key) end
out[1], out[2] = told(next_due), told(first_end)
return out
