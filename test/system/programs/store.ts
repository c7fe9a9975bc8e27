// Fills the flash store until it has been compacted more than once; each write in order.
import { settings } from "@devicescript/settings"

for (let i = 0; i < 260; ++i) {
    const size = 40 + ((i * 37) % 160)
    const value = Buffer.alloc(size)
    for (let at = 0; at < size; ++at) value[at] = (i + at) & 0xff
    await settings.set(`k${i % 7}`, value)
    if (i % 50 === 49) await settings.delete("k3")
}
await settings.get("k0")
console.log("written")
