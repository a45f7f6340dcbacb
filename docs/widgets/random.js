// The numbers of numpy.random.default_rng(seed).random(), from 0 to below 1, one per call, for a seed below 2 ** 32. A seed
// becomes 256 bits as NumPy's SeedSequence makes them, and these are the state and the increment of the generator PCG64.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n
const cut = (bits, value) => BigInt.asUintN(bits, value)

const bitsOf = seed => {
  let constant = 0x43b0d7e5
  const mixed = value => value ^ (value >>> 16)
  const hash = (value, factor) => {
    value ^= constant
    constant = Math.imul(constant, factor)
    return mixed(Math.imul(value, constant))
  }
  const pool = [seed, 0, 0, 0].map(word => hash(word, 0x931e8875))
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++)
      if (from !== to) pool[to] = mixed(Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hash(pool[from], 0x931e8875)))
  constant = 0x8b51f9dd
  const words = [...pool, ...pool].map(word => BigInt(hash(word, 0x58f38ded) >>> 0))
  return [0, 2, 4, 6].map(k => (words[k + 1] << 32n) | words[k])
}

export const generator = seed => {
  const [high, low, high_increment, low_increment] = bitsOf(seed)
  const increment = cut(128, (high_increment << 65n) | (low_increment << 1n) | 1n)
  const next = state => cut(128, state * MULTIPLIER + increment)
  let state = next(increment + ((high << 64n) | low))
  return () => {
    state = next(state)
    const folded = cut(64, (state >> 64n) ^ state), turn = state >> 122n
    return Number(cut(64, (folded >> turn) | (folded << (64n - turn))) >> 11n) / 2 ** 53
  }
}
