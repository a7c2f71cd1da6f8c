-- Redeem a code for one order, once.
-- ARGV: place, code, order, total ('' = not said), now in s
-- Returns {'unknown'}, or {'ok', 'other' (redeemed for another order) or 'expired', promo, discount, contact, until,
--   redeemed at, total, '1' if its contact was told}.
local key = ARGV[1] .. CODE .. ARGV[2]
local code = call('HMGET', key, 'promo', 'discount', 'contact', 'until', 'order', 'at', 'total', 'told')
local promo, discount, contact, ends, order, at, total, told = unpack(code)
if not promo then return {'unknown'} end
local verdict = 'ok'
if order then
  if order ~= ARGV[3] then verdict = 'other' end
elseif tonumber(ARGV[5]) > tonumber(ends) then
  verdict = 'expired'
else
  at, total = ARGV[5], ARGV[4]
  call('HSET', key, 'order', ARGV[3], 'at', at, 'total', total)
end
return {verdict, promo, discount, contact, ends, at or '', total or '', told or ''}
