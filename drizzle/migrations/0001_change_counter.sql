-- The row that every write to a hub locks: it numbers the changes in the order they commit.
INSERT INTO "counters" ("name", "value") VALUES ('changes', 0);
