-- One fault in landing.sql for each identity that must stop a release.

-- The program gives one point more than member 13 receives.
update entry set amount = -101 where transfer_id = id(48) and entry_no = 2;

-- Member 11 spent 40 points of a lot of 30.
update lot set issued_points = 30 where lot_id = id(51);

-- Redemption 64 now holds two films: 40 points and one unit more than was paid and issued.
update redemption_line set quantity = 2 where redemption_id = id(64) and line_no = 2;

-- Redemption 63 was never paid.
delete from entry where transfer_id = id(49);

-- Expired points went back to issuance, where they would count as never issued.
update entry set account_kind = 'issuance' where transfer_id = id(53) and entry_no = 2;

-- One batch of events was landed twice.
insert into event select * from event where event_id = id(81);

-- A feedback answer of nobody.
update feedback set member_id = id(99) where feedback_id = id(94);

-- Redemption 66, cancelled before it was paid, was paid after all.
insert into entry select * replace (id(66) as redemption_id, id(95) as transfer_id) from entry
where transfer_id = id(56);

-- Redemption 67 gave back more than came back.
update entry set amount = 90 where transfer_id = id(55) and entry_no = 1;
update entry set amount = -90 where transfer_id = id(55) and entry_no = 2;

-- Redemption 65 waits without its points being held.
delete from hold where redemption_id = id(65);

-- More of the tenant's own hold was captured than was redeemed.
update hold set captured_points = 11 where hold_id = id(84);

-- A member's settlement is more than it owed.
update entry set amount = 2 * amount where transfer_id = id(105);
