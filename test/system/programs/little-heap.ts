// A firmware of all parts with many settings of its own, whose program has taken most of the heap.
import { startBoard } from "../../../boards"
import { firmware, log } from "../../../src/firmware"

const OWN = `# settings
OWN_01: text = a value | number 1
OWN_02: text = a value | number 2
OWN_03: text = a value | number 3
OWN_04: text = a value | number 4
OWN_05: text = a value | number 5
OWN_06: text = a value | number 6
OWN_07: text = a value | number 7
OWN_08: text = a value | number 8
OWN_09: text = a value | number 9
OWN_10: text = a value | number 10
OWN_11: text = a value | number 11
OWN_12: text = a value | number 12
OWN_13: text = a value | number 13
OWN_14: text = a value | number 14
OWN_15: text = a value | number 15
OWN_16: text = a value | number 16
OWN_17: text = a value | number 17
OWN_18: text = a value | number 18
OWN_19: text = a value | number 19
OWN_20: text = a value | number 20
OWN_21: text = a value | number 21
OWN_22: text = a value | number 22
OWN_23: text = a value | number 23
OWN_24: text = a value | number 24
OWN_25: text = a value | number 25
OWN_26: text = a value | number 26
OWN_27: text = a value | number 27
OWN_28: text = a value | number 28
OWN_29: text = a value | number 29
OWN_30: text = a value | number 30
OWN_31: text = a value | number 31
OWN_32: text = a value | number 32
OWN_33: text = a value | number 33
OWN_34: text = a value | number 34
OWN_35: text = a value | number 35
OWN_36: text = a value | number 36
OWN_37: text = a value | number 37
OWN_38: text = a value | number 38
OWN_39: text = a value | number 39
OWN_40: text = a value | number 40` as const
/** Small pieces: those that are free at the start are not much larger. */
const PIECE_BYTES = 200

await firmware(startBoard, [OWN])
export const held: Buffer[] = []
while (held.length < 70) held.push(Buffer.alloc(PIECE_BYTES))
// a message of the longest size, of which the JSON has six times as many bytes
let wide = "é"
while (wide.byteLength < 1024) wide = wide + wide
let more: Buffer[] = []
while (more.length < 30) more.push(Buffer.alloc(PIECE_BYTES))
log.logger("wide").info("{0}", wide)
more = []
console.log("held")
