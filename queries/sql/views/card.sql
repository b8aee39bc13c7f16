-- view: card
-- grain: one card issued by the session's as-of
with final as (select * from card_all where is_official and issued_at <= now())

select * from final
