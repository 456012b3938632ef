/**
 * What every script begins with: where its keys are, and the one clock. KEYS[1] is the meta hash; all other keys share
 * its prefix, and so its hash tag and slot.
 */
export const life = `
local meta = KEYS[1]
local prefix = string.sub(meta, 1, -5)
local dirty, urgent, late = prefix .. 'dirty', prefix .. 'urgent', prefix .. 'late'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Every script but EPOCH refuses an epoch that is not the store's. */
export const gate = `
local epoch = ARGV[1]
local lived = redis.call('HMGET', meta, 'epoch', 'top')
if lived[1] ~= epoch then return redis.error_reply('EPOCH the store began a new life') end
local top = tonumber(lived[2])
local feed = prefix .. 'feed:' .. epoch
`

/** How keys are stored; raise it with every change that the version before would misread. */
export const LAYOUT = 2

/**
 * EPOCH(identity, highest epoch the caller knows, layout): the store's epoch, a new one when the store lost its past
 * (nothing stored), is another server than the one that minted (identity), lags behind what the caller has seen, or is
 * of an older layout. A caller of an older layout is refused: each would miss what the other invalidates.
 */
export const epoch = `
${life}
local lived = redis.call('HMGET', meta, 'epoch', 'identity', 'layout')
local stored, known = tonumber(lived[1] or 0), tonumber(ARGV[2])
local layout = tonumber(lived[3] or ARGV[3])
if layout > tonumber(ARGV[3]) then return redis.error_reply('LAYOUT of a newer version of Hubs') end
if stored > 0 and lived[2] == ARGV[1] and known <= stored and lived[3] == ARGV[3] then return stored end
if stored > 0 then redis.call('PEXPIRE', prefix .. 'feed:' .. lived[1], 3600000) end
local minted = math.max(known + 1, stored + 1, now)
-- Nothing built before is fresh now: what waits for its time waits in vain. ACQUIRE still keeps distances and retries.
for _, key in ipairs(redis.call('ZRANGE', dirty, 0, -1)) do redis.call('ZADD', dirty, 'LT', now, key) end
redis.call('DEL', meta)
redis.call('HSET', meta, 'epoch', minted, 'identity', ARGV[1], 'layout', ARGV[3], 'top', 0)
return minted
`
