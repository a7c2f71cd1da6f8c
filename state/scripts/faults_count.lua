-- Count failures of the content. Those of other revisions make room, then new ones are left out.
-- KEYS[1]: the counts. ARGV: revision, now in s; then for each: revision, place and message with zero bytes between
local faults, revision = KEYS[1], ARGV[1]
for i = 3, #ARGV do
  local old = call('HGET', faults, ARGV[i])
  if not old and call('HLEN', faults) >= FAULTS_MOST then
    for _, field in ipairs(call('HKEYS', faults)) do
      if string.sub(field, 1, #revision + 1) ~= revision .. '\0' then call('HDEL', faults, field) end
    end
  end
  if old or call('HLEN', faults) < FAULTS_MOST then
    local many = tonumber(string.match(old or '0', '^%d+')) + 1
    call('HSET', faults, ARGV[i], string.format('%d', many) .. ' ' .. ARGV[2])
  end
end
