// Places in the text that move along while somebody types: where a section begins, where a picture will stand.
import { StateEffect, StateField } from "../vendor/codemirror/codemirror.js";

const set = StateEffect.define();
const drop = StateEffect.define();

// A map of names to { from, to }.
export const places = StateField.define({
  create: () => new Map(),
  update(held, transaction) {
    let now = held;
    if (transaction.docChanged && held.size) {
      const { changes } = transaction;
      now = new Map([...held].map(([name, { from, to }]) => (
        [name, { from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) }]
      )));
      for (const place of now.values()) if (place.to < place.from) place.to = place.from;
    }
    const effects = transaction.effects.filter((effect) => effect.is(set) || effect.is(drop));
    if (effects.length) now = new Map(now);
    for (const effect of effects) {
      if (effect.is(drop)) now.delete(effect.value);
      else now.set(effect.value.name, { from: effect.value.from, to: effect.value.to });
    }
    return now;
  },
});

export const hold = (name, from, to = from) => set.of({ name, from, to });
export const release = (name) => drop.of(name);
export const held = (state, name) => state.field(places).get(name);
