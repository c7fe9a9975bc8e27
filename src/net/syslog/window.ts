import { Batch } from "./outbox"

/** What was sent last, kept to be sent again after a break; the oldest go first. */
export class ReplayWindow {
    private batches: Batch[] = []
    private bytes = 0

    constructor(private readonly limit: number) {}

    /** Keeps what was just sent. A batch longer than the window is kept alone. */
    add(batch: Batch): void {
        this.batches.push(batch)
        this.bytes += batch.text.byteLength
        while (this.bytes > this.limit && this.batches.length > 1)
            this.bytes -= this.batches.shift().text.byteLength
    }

    /** Whether another `size` bytes push out nothing. */
    hasRoom(size: number): boolean {
        return !this.bytes || this.bytes + size <= this.limit
    }

    isEmpty(): boolean {
        return !this.bytes
    }

    /** What is kept, oldest first. */
    all(): Batch[] {
        return this.batches
    }

    clear(): void {
        this.batches = []
        this.bytes = 0
    }
}
