// An I2C bus in place of the VM's, which the simulator does not have.
import * as ds from "@devicescript/core"

/** NACK of the address: nobody is there. */
const NO_DEVICE = -1
let reads = 0

const natives = ds as unknown as {
    _i2cTransaction: (
        address: number,
        written: Buffer,
        read?: Buffer
    ) => Promise<number>
}
natives._i2cTransaction = async (address, written, read) => {
    if (address !== 0x48) return NO_DEVICE
    if (!read) return 0
    reads++
    if (reads === 3) return NO_DEVICE
    read[0] = 21
    read[1] = 0x80
    return 0
}
