import { FEED_LIMIT, INLINE_LIMIT, LATE_AFTER } from '../cache.ts'

/** What is kept of a key besides its data and its last loads, in the order in which it is packed. */
const numbers = [
  ...['required', 'built', 'offset', 'dataOffset', 'loadedAt', 'checkedAt', 'dueAt', 'errorAt', 'failures'],
  ...['retryAt', 'leaseUntil', 'leaseGeneration', 'startedAt', 'minInterval', 'watchedUntil', 'loaded'],
]
const texts = [
  ...['builtIn', 'hash', 'empty', 'offsetIn', 'announced', 'error', 'causes', 'leaseCauses', 'dataCauses'],
  ...['token', 'leaseIn', 'wanted'],
]
/** Numbers that came later: last, and 0 where a version before this has packed the entry. */
const later = ['lost', 'aside']
const packed = [...numbers, ...texts]
const names = [...packed, ...later]

/**
 * One key's state as a Lua table, and the rules over it that the scripts share. Absent texts are '', absent numbers 0.
 * It is one field of the key's hash, beside `data` and the last loads: to read and write 28 fields costs twice as much,
 * and Redis's Lua hashes every byte of every string it makes, so that what is seldom asked for stays out of it.
 * What belongs to an older epoch is forgotten on reading: version, announcement, lease. Its data is kept, never fresh.
 */
export const entry = `
local blank = { ${[...numbers.map(() => '0'), ...texts.map(() => "''")].join(', ')} }

local function read(key)
  local at = prefix .. 'entry:' .. key
  local packed = redis.call('HGET', at, 'state')
  local v = packed and cmsgpack.unpack(packed) or blank
  local e = { key = key, at = at, known = packed, ${names.map((name, n) => `${name} = v[${n + 1}]${n < packed.length ? '' : ' or 0'}`).join(', ')} }
  if e.offsetIn ~= epoch then e.offset, e.dataOffset, e.announced = 0, 0, '' end
  if e.leaseIn ~= epoch then e.token = '' end
  return e
end

local function save(e, ...)
  redis.call('HSET', e.at, 'state', cmsgpack.pack({ ${names.map((name) => `e.${name}`).join(', ')} }), ...)
end

-- An entry is forgotten a week after the last interest, want or commit.
local function keep(e) redis.call('PEXPIRE', e.at, 7 * 24 * 3600 * 1000) end

-- No event has overtaken what it has.
local function current(e) return e.hash ~= '' and e.builtIn == epoch and e.built == e.required end

local function fresh(e) return current(e) and now < e.dueAt end

local function watched(e) return e.watchedUntil > now end

local function leased(e) return e.token ~= '' and e.leaseUntil > now end

-- The next load keeps its distance from the start of the last and from a failure.
local function earliest(e) return math.max(now, e.startedAt + e.minInterval, e.retryAt) end

local function building(e)
  return leased(e) or (not fresh(e) and (watched(e) or e.wanted ~= '') and e.retryAt <= now)
end

local function nextDue(e)
  if leased(e) then return e.leaseUntil end
  if fresh(e) then return e.dueAt end
  return earliest(e)
end

local function schedule(e)
  if leased(e) or watched(e) or e.wanted ~= '' then
    redis.call('ZADD', dirty, nextDue(e), e.key)
  else
    redis.call('ZREM', dirty, e.key)
  end
end

-- Never postpones, so that a waiting key keeps its age; says whether the key is due now.
local function hasten(e)
  local at = nextDue(e)
  redis.call('ZADD', dirty, 'LT', at, e.key)
  return at <= now
end

-- To be claimed before keys that only their time made due.
local function press(e) redis.call('ZADD', urgent, nextDue(e), e.key) end

local function announceLate(e)
  if e.announced == '' and watched(e) and building(e) then redis.call('ZADD', late, 'NX', now + ${LATE_AFTER}, e.key) end
end

local function remember(causes, cause)
  if cause == '' then return causes end
  if causes == '' then return cause end
  if string.find('\\n' .. causes .. '\\n', '\\n' .. cause .. '\\n', 1, true) then return causes end
  local joined = causes .. '\\n' .. cause
  local _, breaks = string.gsub(joined, '\\n', '')
  if breaks < 10 then return joined end
  return string.sub(joined, string.find(joined, '\\n', 1, true) + 1)
end

local function rememberAll(causes, more)
  if causes == '' then return more end
  for cause in string.gmatch(more, '[^\\n]+') do causes = remember(causes, cause) end
  return causes
end

-- The field of the load that ends now, in a ring of ten, and what to say of it. Notes are JSON, which has no line breaks.
local function record(e, outcome, notes)
  e.loaded = e.loaded + 1
  local said = string.format('%d %d %s', e.startedAt, now, outcome)
  return 'load' .. e.loaded % 10, (notes or '') == '' and said or said .. ' ' .. notes
end

-- Newest first.
local function loads(e)
  local ring = {}
  for n = e.loaded, math.max(1, e.loaded - 9), -1 do ring[#ring + 1] = 'load' .. n % 10 end
  return #ring > 0 and table.concat(redis.call('HMGET', e.at, unpack(ring)), '\\n') or ''
end

local function view(e, changed)
  local flags = (e.hash ~= '' and 1 or 0) + (e.empty == '1' and 2 or 0) + (fresh(e) and 4 or 0) + (building(e) and 8 or 0)
    + (changed and 16 or 0)
  return string.format('%d %d %d %d %d %d %d %d %d\\n%s\\n%s\\n%s', flags, e.offset, e.dataOffset, e.loadedAt, e.checkedAt,
    e.dueAt, e.errorAt, e.required, e.built, e.key, e.error, e.dataCauses)
end

-- Appends the state to the feed, which takes the next offset: the key's version from now on. To be saved afterwards.
local function announce(e, data)
  e.offset, e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch
  if data then e.dataOffset = e.offset end
  e.announced = building(e) and '1' or ''
  redis.call('XADD', feed, 'MAXLEN', '~', ${FEED_LIMIT}, string.format('%d-0', e.offset), 'entry', view(e, data),
    'data', data and #data <= ${INLINE_LIMIT} and data or '')
end

local function announceAllLate()
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', late, '-inf', now, 'LIMIT', 0, 500)) do
    redis.call('ZREM', late, key)
    local e = read(key)
    if e.announced == '' and watched(e) and building(e) then
      announce(e)
      save(e)
    end
  end
end
`
