// What survives a reload, under the vendor's local storage keys. Blocked storage means nothing survives.
const STATE_KEY = `tidio_state_${KEY}`;

const storage = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Private mode or a full store: the visit goes on without memory.
    }
  },
  clear() {
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(STATE_KEY))
        .forEach((key) => localStorage.removeItem(key));
    } catch {
      // Nothing was stored then.
    }
  },
};

const state = {
  visitor: null,
  identify: null,
  messages: [],
  operators: [],
  prechatDone: false,
  ...(storage.read(STATE_KEY) || {}),
};

function save() {
  if (isAlive()) storage.write(STATE_KEY, state);
}

// document.tidioIdentify, read once: known keys with a value, the distinct id as text of at most 55.
const IDENTIFY_KEYS = ["distinct_id", "email", "name", "phone", "tags", "clientPublicKey"];
const DISTINCT_ID_LENGTH = 55;

function readIdentify() {
  const given = document.tidioIdentify;
  if (!given || typeof given !== "object") return null;
  const kept = {};
  for (const key of IDENTIFY_KEYS) if (given[key]) kept[key] = given[key];
  if (kept.distinct_id) kept.distinct_id = cutDistinctId(kept.distinct_id);
  return Object.keys(kept).length ? kept : null;
}

function cutDistinctId(value) {
  const text = String(value);
  if (text.length > DISTINCT_ID_LENGTH) {
    console.warn(`tidio: distinct_id is longer than ${DISTINCT_ID_LENGTH} characters and was cut`);
  }
  return text.slice(0, DISTINCT_ID_LENGTH);
}
