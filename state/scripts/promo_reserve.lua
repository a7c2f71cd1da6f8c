-- Give a contact a code of a promo for one visit, once.
-- ARGV: place, promo, contact, visit, limit ('' = none), now in s, until in s, when the code is forgotten (Unix s),
--   discount; then codes to choose from
-- Returns {code, until}; {'', '0'} if none is left, {'again', '0'} if all codes to choose from are taken.
local p, promo, contact, visit, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local grant = p .. GRANT .. promo .. ' ' .. contact .. ' ' .. visit
local given = call('GET', grant)
if given then
  local ends = call('HGET', p .. CODE .. given, 'until')
  if ends then return {given, ends} end
end
if limit and tonumber(call('HGET', p .. GIVEN, promo) or 0) >= limit then return {'', '0'} end
for i = 10, #ARGV do
  local key = p .. CODE .. ARGV[i]
  if call('EXISTS', key) == 0 then
    call('HSET', key, 'promo', promo, 'contact', contact, 'until', ARGV[7], 'discount', ARGV[9], 'given', ARGV[6])
    call('EXPIREAT', key, ARGV[8])
    call('SET', grant, ARGV[i])
    call('EXPIREAT', grant, ARGV[8])
    call('HINCRBY', p .. GIVEN, promo, 1)
    return {ARGV[i], ARGV[7]}
  end
end
return {'again', '0'}
