-- view: card_shadow
-- grain: one card of a policy that is not official, issued by the session's as-of
-- note: for comparison; in no metric (domain §3)
with final as (select * from card_all where not is_official and issued_at <= now())

select * from final
