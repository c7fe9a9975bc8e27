/** The average of some numbers; undefined of none. */
export function average(numbers: number[]): number | undefined {
    if (numbers.length === 0) return undefined
    let sum = 0
    for (const n of numbers) sum += n
    return sum / numbers.length
}
