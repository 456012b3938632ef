import { FEED_LIMIT, INLINE_LIMIT, LATE_AFTER } from '../cache.ts'

const numbers = [
  ...[
    'required',
    'built',
    'offset',
    'dataOffset',
    'loadedAt',
    'checkedAt',
    'dueAt',
    'errorAt',
    'failures',
    'retryAt',
  ],
  ...['leaseUntil', 'leaseGeneration', 'startedAt', 'minInterval', 'watchedUntil'],
]
const texts = [
  ...[
    'builtIn',
    'hash',
    'empty',
    'offsetIn',
    'announced',
    'error',
    'causes',
    'leaseCauses',
    'dataCauses',
    'token',
  ],
  ...['leaseIn', 'wanted', 'loads'],
]
const names = [...numbers, ...texts]
const field = (name: string, n: number) =>
  numbers.includes(name) ? `${name} = tonumber(v[${n + 1}] or 0)` : `${name} = v[${n + 1}] or ''`

/**
 * One key's hash as a Lua table, and the rules over it that the scripts share. Absent texts are '', absent numbers 0.
 * What belongs to an older epoch is forgotten on reading: version, announcement, lease. Its data is kept, never fresh.
 */
export const entry = `
local function read(key)
  local at = prefix .. 'entry:' .. key
  local v = redis.call('HMGET', at, ${names.map((name) => `'${name}'`).join(', ')})
  local e = { key = key, at = at, ${names.map(field).join(', ')} }
  if e.offsetIn ~= epoch then e.offset, e.dataOffset, e.announced = 0, 0, '' end
  if e.leaseIn ~= epoch then e.token = '' end
  return e
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

local function settle(e)
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

-- Up to 10, newest first: an 11th is cut off behind the 10th break.
local function log(e, outcome)
  local loads = string.format('%.0f %.0f %s\\n', e.startedAt, now, outcome) .. e.loads
  local cut = 0
  for _ = 1, 10 do cut = cut and string.find(loads, '\\n', cut + 1, true) end
  e.loads = cut and string.sub(loads, 1, cut) or loads
end

local function view(e, loads, changed)
  return cjson.encode({
    e.key, e.offset, e.dataOffset, e.hash ~= '', e.empty == '1', fresh(e), building(e), e.loadedAt, e.checkedAt,
    e.dueAt, e.error, e.errorAt, e.dataCauses, e.required, e.built, loads, changed,
  })
end

-- Appends the state to the feed, which takes the next offset: the key's version from now on.
local function announce(e, data)
  e.offset, e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch
  if data then e.dataOffset = e.offset end
  e.announced = building(e) and '1' or ''
  redis.call('XADD', feed, 'MAXLEN', '~', ${FEED_LIMIT}, string.format('%.0f-0', e.offset), 'entry',
    view(e, '', data and true or false), 'data', data and #data <= ${INLINE_LIMIT} and data or '')
  redis.call('HSET', e.at, 'offset', e.offset, 'dataOffset', e.dataOffset, 'offsetIn', epoch, 'announced', e.announced)
end

local function announceAllLate()
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', late, '-inf', now, 'LIMIT', 0, 500)) do
    redis.call('ZREM', late, key)
    local e = read(key)
    if e.announced == '' and watched(e) and building(e) then announce(e) end
  end
end
`
