/**
 * What is in flight, without a Map or a Set: V8 keeps each outgrown table of those alive through the one before it,
 * so that tables that are filled and emptied without end hold their garbage until the next full collection.
 */

/** Values under numbers that only rise. */
export class RisingTable<T> {
  #slots: ({ id: number; value: T } | undefined)[] = new Array(16).fill(undefined) as undefined[];
  #next = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the number under which the value now stands */
  add(value: T): number {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    while (this.#slots[this.#index(this.#next)] !== undefined) this.#next++;
    const id = this.#next++;
    this.#slots[this.#index(id)] = { id, value };
    this.#size++;
    return id;
  }

  get(id: number): T | undefined {
    const slot = this.#slots[this.#index(id)];
    return slot?.id === id ? slot.value : undefined;
  }

  /** Takes a value out; undefined when there is none. */
  take(id: number): T | undefined {
    const index = this.#index(id);
    const slot = this.#slots[index];
    if (slot?.id !== id) return undefined;
    this.#slots[index] = undefined;
    this.#size--;
    return slot.value;
  }

  entries(): [id: number, value: T][] {
    return this.#slots.flatMap((slot): [number, T][] => (slot ? [[slot.id, slot.value]] : []));
  }

  #index(id: number): number {
    return id % this.#slots.length;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Array(old.length * 2).fill(undefined) as undefined[];
    for (const slot of old) if (slot) this.#slots[this.#index(slot.id)] = slot;
  }
}

/** A member of a bag; where it stands is the bag's affair. */
export interface Member {
  place: number;
}

/** Members without order. */
export class Bag<T extends Member> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#members.values();
  }

  add(member: T): void {
    member.place = this.#members.length;
    this.#members.push(member);
  }

  has(member: T): boolean {
    return this.#members[member.place] === member;
  }

  /** @returns false when it was no member */
  delete(member: T): boolean {
    if (!this.has(member)) return false;
    const last = this.#members.pop();
    if (last !== undefined && last !== member) {
      this.#members[member.place] = last;
      last.place = member.place;
    }
    return true;
  }
}
