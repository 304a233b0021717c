/* Runs the page's numbers outside a browser: a JSON of books and jobs in, a JSON of answers out. */
"use strict";

const fs = require("fs");
const path = require("path");

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const engine = require(path.join(input.page, "engine.js"));
const model = require(path.join(input.page, "model.js"));
const words = require(path.join(input.page, "words.js"));
const books = Object.fromEntries(Object.entries(input.books).map(([name, data]) => [name, model.open(data)]));
const numbers = (values) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));
const lists = (record) => Object.fromEntries(Object.entries(record).map(([key, values]) => [key, numbers(values)]));

function settled(book, changes) {
  const state = { ...book.start, ...changes };
  return { ...state, memory: state.memory && changes.memory ? changes.memory : state.shares };
}

function ranked(book, state) {
  return model.ranking(book, state, model.evaluate(book, state), model.intervals(book, state));
}

const jobs = {
  start: (book) => ({ ...book.start }),
  evaluate(book, { state }) {
    const found = model.evaluate(book, settled(book, state));
    const weights = engine.globalWeights(book.tree, settled(book, state).shares);
    return { scores: lists(found.scores), ranks: lists(found.ranks), weights };
  },
  refused: (book, { state }) => engine.refusal(book.tree, model.tableOf(book, settled(book, state)), state.method),
  intervals(book, { state }) {
    const { draws, concentration, seed } = book.data.noise;
    const weights = engine.globalWeights(book.tree, settled(book, state).shares);
    const drawn = engine.drawWeights(weights, concentration, draws, seed);
    return { drawn, found: model.intervals(book, settled(book, state)) };
  },
  ranking: (book, { state }) => ranked(book, settled(book, state)),
  move: (book, { shares, memory, members, member, value }) => engine.moved(shares, memory, members, member, value),
  edition: (book, { state, edition }) => model.atEdition(book, settled(book, state), edition),
  preset: (book, { state, preset }) => model.withPreset(book, settled(book, state), preset),
  link: (book, { state }) => model.toLink(book, settled(book, state)),
  read: (book, { text }) => model.fromLink(book, text),
  csv: (book, { state }) => model.toCsv(book, settled(book, state), ranked(book, settled(book, state))),
  peers: (book, { state }) =>
    model.peersOf(settled(book, state), ranked(book, settled(book, state))).map(({ code }) => code),
  draws: (_, { weights, concentration, number, seed }) => engine.drawWeights(weights, concentration, number, seed),
  uniforms: (_, { seed, draw, column, number }) => Array.from({ length: number }, engine.stream(seed, draw, column)),
  ranks: (_, { scores }) => numbers(engine.ranksOf(scores.map((score) => (score === null ? NaN : score)))),
  words: (_, { name, given }) => words[name](...given),
};

const answers = input.jobs.map((job) => {
  try {
    return jobs[job.kind](books[job.book], job);
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
});
process.stdout.write(JSON.stringify(answers));
