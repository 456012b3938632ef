CREATE TABLE "topics" (
	"topic" text PRIMARY KEY NOT NULL,
	"reach" bigint NOT NULL,
	"written" "xid8" NOT NULL
);
--> statement-breakpoint
CREATE INDEX "topics_written" ON "topics" USING btree ("written");
--> statement-breakpoint
CREATE FUNCTION "note_topics"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- In one order, so that two writers do not wait for each other.
	INSERT INTO "topics" AS "known" ("topic", "reach", "written")
	SELECT "logged"."topic", max("logged"."sequence") + 1000, pg_current_xact_id()
	FROM "logged"
	GROUP BY "logged"."topic"
	HAVING max("logged"."sequence") > coalesce((SELECT "reach" FROM "topics" WHERE "topics"."topic" = "logged"."topic"), 0)
	ORDER BY "logged"."topic"
	ON CONFLICT ("topic") DO UPDATE
	SET "reach" = greatest("known"."reach", excluded."reach"), "written" = excluded."written";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "events_topics_inserted" AFTER INSERT ON "events" REFERENCING NEW TABLE AS "logged"
FOR EACH STATEMENT EXECUTE FUNCTION "note_topics"();
--> statement-breakpoint
CREATE TRIGGER "events_topics_updated" AFTER UPDATE ON "events" REFERENCING NEW TABLE AS "logged"
FOR EACH STATEMENT EXECUTE FUNCTION "note_topics"();
--> statement-breakpoint
INSERT INTO "topics" ("topic", "reach", "written")
SELECT "topic", max("sequence") + 1000, pg_current_xact_id() FROM "events" GROUP BY "topic";
