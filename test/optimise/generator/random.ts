/** Random choices that a seed decides: the same seed gives the same program on every machine. */
export class Random {
    private state: number

    constructor(seed: number) {
        this.state = (seed ^ 0x9e3779b9) >>> 0
    }

    /** A number from 0 up to, but without, 1 (mulberry32). */
    next(): number {
        this.state = (this.state + 0x6d2b79f5) >>> 0
        let mixed = this.state
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
    }

    /** A whole number from `from` to `to`, both included. */
    between(from: number, to: number): number {
        return from + Math.floor(this.next() * (to - from + 1))
    }

    chance(odds: number): boolean {
        return this.next() < odds
    }

    pick<T>(list: readonly T[]): T {
        return list[Math.floor(this.next() * list.length)]!
    }

    /** One of the options, each as often as its weight says. */
    weigh<T>(options: readonly (readonly [number, T])[]): T {
        let at = this.next() * options.reduce((sum, [w]) => sum + w, 0)
        for (const [weight, option] of options)
            if ((at -= weight) < 0) return option
        return options[options.length - 1]![1]
    }
}
