import { Gate, Gates } from "../../src/observe/gate";

describe("a gate", () => {
  it("lets so many pass at once and no more, in their order, failures included", async () => {
    const gate = new Gate(3);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const pass = (index: number): Promise<void> =>
      gate.pass(async () => {
        order.push(index);
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        if (index % 4 === 0) throw new Error("planted");
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => pass(index)));
    expect(most).toBe(3);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(5);
    expect(inside).toBe(0);
  });

  it("is one for each key", () => {
    const gates = new Gates(1);
    expect(gates.of("a")).toBe(gates.of("a"));
    expect(gates.of("a")).not.toBe(gates.of("b"));
  });
});
