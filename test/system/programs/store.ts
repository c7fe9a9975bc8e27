// Fills the flash store until it has been compacted more than once; each write in order. The VM
// drops a write now and then on a busy machine and does not tell, so each is read back.
import { settings } from "@devicescript/settings"
import { SettingsFlash } from "../../../src/platform"

const flash = new SettingsFlash()

/** Writes a value until the store has it, or deletes a key until it is gone. */
async function put(key: string, value?: Buffer): Promise<void> {
    const wanted = value ? value.toString("hex") : ""
    while (true) {
        if (value) await settings.set(key, value)
        else await settings.delete(key)
        try {
            const stored = await flash.read(key)
            if ((stored ? stored.toString("hex") : "") === wanted) return
        } catch (e) {
            // the answer was dropped, too
        }
    }
}

for (let i = 0; i < 260; ++i) {
    const size = 40 + ((i * 37) % 160)
    const value = Buffer.alloc(size)
    for (let at = 0; at < size; ++at) value[at] = (i + at) & 0xff
    await put(`k${i % 7}`, value)
    if (i % 50 === 49) await put("k3")
}
await settings.get("k0")
console.log("written")
